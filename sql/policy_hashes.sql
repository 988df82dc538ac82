-- SPDX-License-Identifier: GPL-3.0-or-later
-- The policy that holds in each pole.
-- → pole_id, hash
select distinct on (pole_id) pole_id, hash from policy order by pole_id, version desc
