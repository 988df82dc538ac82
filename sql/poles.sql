-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every pole.
-- → pole_id, version, name
select pole_id, version, name from pole order by pole_id
