-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends what load_begin began, and where something failed within it, too.
commit
