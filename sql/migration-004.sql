-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 4: a token says by itself which pole it opens.
create index credential_hash on credential (hash);
