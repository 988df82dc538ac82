-- SPDX-License-Identifier: GPL-3.0-or-later
-- Bookings of which some thing overlaps [from, to), in order of start, then number. Of those that are not cancelled, what was
-- given back does not count.
-- $1 pole int4, $2 from int8, $3 to int8, $4 resource of the thing int4 (0: any), $5 member int4 (0: any), $6 person int4 (0: any),
-- $7 states text, parted by commas, $8 limit int8
-- → the columns of booking_by_number
select number, resource_id, member, person, made_by, state, pinned, start_s, end_s, made_at_s, ended_at_s,
       purpose, allocations, items, series, occurrence_s, due_at_s, details
from booking_row b
where pole_id = $1 and starts < to_timestamp($3::int8) and ends > to_timestamp($2::int8)
  and case when exists (select from item i where i.pole_id = b.pole_id and i.booking = b.number)
	   then exists (select from item i where i.pole_id = b.pole_id and i.booking = b.number and ($4 = 0 or i.resource_id = $4)
			  and i.starts < to_timestamp($3::int8) and i.ends > to_timestamp($2::int8)
			  and (i.state = 'present' or b.state = 'cancelled'))
	   else $4 = 0 or resource_id = $4 end
  and ($5 = 0 or member = $5) and ($6 = 0 or person = $6)
  and state = any(string_to_array($7, ','))
order by starts, number limit $8
