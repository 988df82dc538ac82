-- SPDX-License-Identifier: GPL-3.0-or-later
-- All that is read until load_end is of one moment.
begin isolation level repeatable read read only
