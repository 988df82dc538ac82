-- SPDX-License-Identifier: GPL-3.0-or-later
-- The allocations of a page of bookings.
-- $1 pole int4, $2 first number int8, $3 the number behind the last int8 → booking, item, resource, lane, start, end; in order
select booking, item, resource_id, lane, lower(during), upper(during)
from allocation
where pole_id = $1 and booking >= $2 and booking < $3
order by booking, item, resource_id, lane
