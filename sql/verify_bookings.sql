-- SPDX-License-Identifier: GPL-3.0-or-later
-- All bookings, with all that the tables say of each, for comparison with the log.
-- $1 pole int4 → part (''), number, then the columns that daemon/verify_image.c names, in order of number
select '', b.number, b.resource_id, b.member, b.person, b.made_by, b.state, b.pinned, seconds(b.starts), seconds(b.ends),
       seconds(b.made_at), coalesce(seconds(b.ended_at), 0), coalesce(b.series, 0), coalesce(seconds(b.occurrence), 0),
       coalesce(seconds(b.due_at), 0), coalesce(a.allocations, ''), coalesce(i.items, ''), coalesce(d.details, '')
from booking b
left join (select booking, string_agg(allocation_text(a) || case when occupies then '' else '/free' end, ' '
				      order by item, resource_id, lane) as allocations
	   from allocation a where pole_id = $1 group by booking) a on a.booking = b.number
left join (select booking, string_agg(i.item || '/' || item_text(i), ' ' order by item) as items
	   from item i where pole_id = $1 group by booking) i on i.booking = b.number
left join (select booking, detail_text(d) as details from detail d where pole_id = $1) d on d.booking = b.number
where b.pole_id = $1
order by b.number
