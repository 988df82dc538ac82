-- SPDX-License-Identifier: GPL-3.0-or-later
-- Bookings of which something, buffers included, ends after a moment, and all that are pending (they wait, are out,
-- are due), whenever they are or were; in order of number.
-- $1 pole int4, $2 floor int8 → the columns of booking_by_number
-- No buffer is longer than 31 days. Looking each booking's allocations up begins to answer at once and costs 4 µs a booking;
-- joining the whole table is faster only when nearly all of it is wanted.
select b.number, b.resource_id, b.member, b.person, b.made_by, b.state, b.pinned,
       seconds(b.starts), seconds(b.ends), seconds(b.made_at), coalesce(seconds(b.ended_at), 0),
       coalesce((select n.text from note n where n.pole_id = b.pole_id and n.number = b.number and n.about = 'booking'
					     and n.kind = 'purpose'), ''),
       coalesce(o.allocations, ''),
       coalesce((select string_agg(item_text(i), e'\n' order by i.item)
		 from item i where i.pole_id = b.pole_id and i.booking = b.number), ''),
       coalesce(b.series, 0), coalesce(seconds(b.occurrence), 0), coalesce(seconds(b.due_at), 0),
       (select detail_text(d) from detail d where d.pole_id = b.pole_id and d.booking = b.number)
from booking b,
     lateral (select string_agg(allocation_text(a), ' ' order by a.item, a.resource_id, a.lane) as allocations,
		     max(upper(a.during)) as last
	      from allocation a where a.pole_id = b.pole_id and a.booking = b.number) o
where b.pole_id = $1
  and (b.ends > to_timestamp($2::int8) - interval '31 days' or b.pending)
  and (greatest(b.ends, o.last) > to_timestamp($2::int8) or b.pending)
order by b.number
