-- SPDX-License-Identifier: GPL-3.0-or-later
-- Why what is out of service or closed is so, where somebody said.
-- $1 pole int4 → number, text
select o.number, n.text
from outage o join note n on n.pole_id = o.pole_id and n.number = o.number and n.about = 'outage' and n.kind = 'reason'
where o.pole_id = $1 and o.lifted_at is null order by o.number
