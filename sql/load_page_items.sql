-- SPDX-License-Identifier: GPL-3.0-or-later
-- The items of a page of bookings.
-- $1 pole int4, $2 first number int8, $3 the number behind the last int8
-- → booking, resource, lane, quantity, via, of, state, start, end, asks; in order
select booking, resource_id, lane, quantity, via, of_item, state, starts, ends, asks
from item
where pole_id = $1 and booking >= $2 and booking < $3
order by booking, item
