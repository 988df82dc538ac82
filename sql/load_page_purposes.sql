-- SPDX-License-Identifier: GPL-3.0-or-later
-- The purposes of a page of bookings, of those that have one.
-- $1 pole int4, $2 first number int8, $3 the number behind the last int8 → booking, text; in order
select number, text
from note
where pole_id = $1 and number >= $2 and number < $3 and about = 'booking' and kind = 'purpose'
order by number
