-- SPDX-License-Identifier: GPL-3.0-or-later
-- The pole of a name, made where there is none.
-- $1 name text → pole_id, version, head_hash
select pole_id, version, head_hash from pole_ensure($1)
