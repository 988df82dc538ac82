-- SPDX-License-Identifier: GPL-3.0-or-later
-- Rows of poles that there are not.
-- → table, pole, how many rows
select t.t, t.pole_id, count(*)
from (select 'policy' as t, pole_id from policy union all select 'event', pole_id from event
      union all select 'booking', pole_id from booking union all select 'item', pole_id from item
      union all select 'detail', pole_id from detail union all select 'allocation', pole_id from allocation
      union all select 'outage', pole_id from outage union all select 'note', pole_id from note
      union all select 'person', pole_id from person union all select 'credential', pole_id from credential
      union all select 'qualification', pole_id from qualification union all select 'name', pole_id from name
      union all select 'request', pole_id from request) t
where not exists (select from pole p where p.pole_id = t.pole_id)
group by 1, 2
order by 1, 2
