-- SPDX-License-Identifier: GPL-3.0-or-later
-- The details of a page of bookings, of those that have any.
-- $1 pole int4, $2 first number int8, $3 the number behind the last int8 → booking, details as detail_text() tells them; in order
select booking, detail_text(d)
from detail d
where pole_id = $1 and booking >= $2 and booking < $3
order by booking
