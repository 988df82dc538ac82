-- SPDX-License-Identifier: GPL-3.0-or-later
-- Rows that belong to a row that is not there, by table and what is missing.
-- $1 pole int4 → table, what is missing, an example of its number, how many rows
select 'item', 'booking', min(o.booking), count(*) from item o
	where pole_id = $1 and not exists (select from booking b where b.pole_id = $1 and b.number = o.booking) having count(*) > 0
union all select 'detail', 'booking', min(o.booking), count(*) from detail o
	where pole_id = $1 and not exists (select from booking b where b.pole_id = $1 and b.number = o.booking) having count(*) > 0
union all select 'allocation', 'booking', min(o.booking), count(*) from allocation o
	where pole_id = $1 and not exists (select from booking b where b.pole_id = $1 and b.number = o.booking) having count(*) > 0
union all select 'note', 'booking', min(o.number), count(*) from note o
	where pole_id = $1 and about = 'booking'
	  and not exists (select from booking b where b.pole_id = $1 and b.number = o.number) having count(*) > 0
union all select 'note', 'outage', min(o.number), count(*) from note o
	where pole_id = $1 and about = 'outage'
	  and not exists (select from outage b where b.pole_id = $1 and b.number = o.number) having count(*) > 0
union all select 'credential', 'person', min(o.person), count(*) from credential o
	where pole_id = $1 and not exists (select from person p where p.pole_id = $1 and p.number = o.person) having count(*) > 0
union all select 'qualification', 'person', min(o.person), count(*) from qualification o
	where pole_id = $1 and not exists (select from person p where p.pole_id = $1 and p.number = o.person) having count(*) > 0
union all select 'request', 'person', min(o.actor), count(*) from request o
	where pole_id = $1 and not exists (select from person p where p.pole_id = $1 and p.number = o.actor) having count(*) > 0
union all select 'booking', 'person', min(o.person), count(*) from booking o
	where pole_id = $1 and not exists (select from person p where p.pole_id = $1 and p.number = o.person) having count(*) > 0
union all select 'booking', 'resource', min(o.resource_id), count(*) from booking o
	where pole_id = $1 and not exists (select from name n where n.pole_id = $1 and n.kind = 'resource' and n.number = o.resource_id)
	having count(*) > 0
union all select 'booking', 'member', min(o.member), count(*) from booking o
	where pole_id = $1 and member <> 0
	  and not exists (select from name n where n.pole_id = $1 and n.kind = 'member' and n.number = o.member) having count(*) > 0
union all select 'outage', 'resource', min(o.resource_id), count(*) from outage o
	where pole_id = $1 and not exists (select from name n where n.pole_id = $1 and n.kind = 'resource' and n.number = o.resource_id)
	having count(*) > 0
union all select 'event', 'person', min(o.actor), count(*) from event o
	where pole_id = $1 and actor <> 0 and not exists (select from person p where p.pole_id = $1 and p.number = o.actor)
	having count(*) > 0
order by 1, 2
