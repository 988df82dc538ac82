-- SPDX-License-Identifier: GPL-3.0-or-later
-- Hashes of tokens.
-- $1 pole int4 → person, hash, withdrawn in order of making
select person, hash, withdrawn from credential where pole_id = $1 order by ordinal
