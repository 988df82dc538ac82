/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands, group by group, and finding one. */
#include "client/command.h"

#include <string.h>

#include "client/table_parts.h"

const struct option common_options[] = {
    {"--profile",
     {"NAME", "NOM"},
     {"another identity (or MUTUAL_PROFILE)", "une autre identité (ou MUTUAL_PROFILE)"}},
    {"--server",
     {"SERVER[,SERVER]...", "SERVEUR[,SERVEUR]..."},
     {"other servers than the profile's (or MUTUAL_SERVER)",
      "d'autres serveurs que ceux du profil (ou MUTUAL_SERVER)"}},
    {"--lang",
     {"en|fr", "en|fr"},
     {"the language (else that of LANG)", "la langue (sinon celle de LANG)"}},
    {"--help", NONE_TAKEN, {"this help", "cette aide"}},
    {"--version", NONE_TAKEN, {"the version", "la version"}},
    LAST,
};

const struct option data_options[] = {
    {"--json", NONE_TAKEN, {"JSON instead of text", "du JSON au lieu de texte"}},
    {"--csv", NONE_TAKEN, {"CSV instead of text", "du CSV au lieu de texte"}},
    LAST,
};

const struct command_group command_groups[] = {
    {{"Booking:", "Réserver :"}, commands_of_booking},
    {{"When it is taken:", "Quand c'est pris :"}, commands_of_waiting},
    {{"Looking:", "Regarder :"}, commands_of_looking},
    {{"Managing:", "Gérer :"}, commands_of_managing},
    {{"Coordination:", "Coordination :"}, commands_of_coordination},
    {{"Oneself and the server:", "Soi-même et le serveur :"}, commands_of_oneself},
};
const size_t n_command_groups = sizeof(command_groups) / sizeof(*command_groups);

const struct command *command_at(size_t i)
{
	for (size_t g = 0; g < n_command_groups; g++)
		for (const struct command *c = command_groups[g].rows; c->word; c++)
			if (i-- == 0)
				return c;
	return NULL;
}

const struct command *command_find(const char *word, const char *subword, bool *ret_partial)
{
	const struct command *c;
	*ret_partial = false;
	for (size_t i = 0; (c = command_at(i)); i++) {
		if (strcmp(c->word, word) != 0)
			continue;
		if (!c->subword || (subword && strcmp(c->subword, subword) == 0))
			return c;
		*ret_partial = true;
	}
	return NULL;
}

static const struct option *find_option(const struct option *o, const char *name)
{
	for (; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

const struct option *command_option(const struct command *c, const char *name)
{
	const struct option *o = find_option(common_options, name);
	if (!o && c)
		o = find_option(c->options, name);
	if (!o && c && c->data)
		o = find_option(data_options, name);
	return o;
}
