-- SPDX-License-Identifier: GPL-3.0-or-later
-- One row of the log.
-- $1 pole int4, $2 version int8, $3 seq int4 → change
select change from event where pole_id = $1 and version = $2 and seq = $3
