-- SPDX-License-Identifier: GPL-3.0-or-later
-- All names, for comparison with the log.
-- $1 pole int4 → part (kind), resource * 2^32 + number, id in order
select kind, resource * 4294967296 + number, id from name where pole_id = $1 order by kind, resource, number
