-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where some poles stand.
-- $1 poles int4[] → pole_id, version
select pole_id, version from pole where pole_id = any($1)
