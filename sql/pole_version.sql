-- SPDX-License-Identifier: GPL-3.0-or-later
-- How far a pole's log goes.
-- $1 pole int4 → version
select version from pole where pole_id = $1
