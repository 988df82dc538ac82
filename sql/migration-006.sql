-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 6: batches that are not to be committed any more at the version that the pole is at.
alter table pole add column void int8[];
