-- SPDX-License-Identifier: GPL-3.0-or-later
-- Bookings of which something, buffers included, ends after a moment, in order of number.
-- $1 pole int4, $2 floor int8 → the columns of booking_by_number
-- No buffer is longer than 31 days. Looking each booking's allocations up begins to answer at once and costs 4 µs a booking;
-- joining the whole table is faster only when nearly all of it is wanted.
select b.number, b.resource_id, b.member, b.person, b.made_by, b.state, b.pinned,
       date_part('epoch', b.starts)::int8, date_part('epoch', b.ends)::int8, date_part('epoch', b.made_at)::int8,
       coalesce(date_part('epoch', b.ended_at)::int8, 0),
       coalesce((select n.text from note n where n.pole_id = b.pole_id and n.booking = b.number), ''),
       coalesce(o.allocations, ''),
       coalesce((select string_agg(item_text(i), e'\n' order by i.item)
		 from item i where i.pole_id = b.pole_id and i.booking = b.number), ''),
       coalesce(b.series, 0), coalesce(date_part('epoch', b.occurrence)::int8, 0)
from booking b,
     lateral (select string_agg(allocation_text(a), ' ' order by a.item, a.resource_id, a.lane) as allocations,
		     max(upper(a.during)) as last
	      from allocation a where a.pole_id = b.pole_id and a.booking = b.number) o
where b.pole_id = $1 and b.ends > to_timestamp($2::int8) - interval '31 days'
  and greatest(b.ends, o.last) > to_timestamp($2::int8)
order by b.number
