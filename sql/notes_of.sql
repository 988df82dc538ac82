-- SPDX-License-Identifier: GPL-3.0-or-later
-- What was written about one booking or outage, but for its purpose, oldest first.
-- $1 pole int4, $2 about text, $3 number int8 → kind, text, by (0: nobody), at
select kind, text, coalesce(by_person, 0), seconds(at)
from note where pole_id = $1 and about = $2 and number = $3 and kind <> 'purpose' order by at, kind
