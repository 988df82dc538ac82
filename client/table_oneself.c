/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about oneself, the server and the client. */
#include "client/table_parts.h"

static const struct option login_options[] = {
    {"--ca",
     {"FILE", "FICHIER"},
     {"the certificate that vouches for the server (PEM)",
      "le certificat qui répond du serveur (PEM)"}},
    {"--token",
     {"TOKEN", "JETON"},
     {"the token; better asked for than typed here", "le jeton ; mieux vaut se le faire demander"}},
    {"--token-file",
     {"FILE", "FICHIER"},
     {"a file that holds the token", "un fichier qui contient le jeton"}},
    LAST,
};
static const struct option whoami_options[] = {
    {"--ca",
     NONE_TAKEN,
     {"print the server's CA certificate", "afficher le certificat de l'autorité du serveur"}},
    LAST,
};
static const struct option help_options[] = {
    {"--words",
     NONE_TAKEN,
     {"only the words that may follow (for completion)",
      "seulement les mots possibles (pour la complétion)"}},
    LAST,
};

const struct command commands_of_oneself[] = {
    {
	.word = "login",
	.usage = {"SERVER[:PORT][,SERVER]... [--ca FILE]",
		  "SERVEUR[:PORT][,SERVEUR]... [--ca FICHIER]"},
	.summary = {"say once who you are, and where", "dire une fois qui vous êtes, et où"},
	.about = {"Stores server, CA and token in $XDG_CONFIG_HOME/mutual (usually "
		  "~/.config/mutual), for you alone to read. The server "
		  "is verified at every connection. Without --ca the machine's own list of "
		  "authorities vouches for it. Of several servers of one pole any will do: where "
		  "one does "
		  "not answer, the next is asked.",
		  "Garde serveur, autorité et jeton dans $XDG_CONFIG_HOME/mutual (en général "
		  "~/.config/mutual), lisibles par vous seul.\n"
		  "Le serveur est vérifié à chaque connexion. Sans --ca, les autorités de la "
		  "machine répondent de lui. Parmi plusieurs serveurs d'un pôle, n'importe lequel "
		  "convient : si "
		  "l'un ne répond pas, le suivant est essayé."},
	.options = login_options,
	.examples = {{"mutual login pole.example.org --ca ca.crt",
		      {"asks for the token", "demande le jeton"}},
		     {"mutual login pole.example.org,pole2.example.org --ca ca.crt",
		      {"two servers of one pole", "deux serveurs d'un même pôle"}},
		     {"mutual --profile work login localhost:7823 --ca ca.crt --token-file token",
		      {"a second identity", "une seconde identité"}}},
	.run = command_login,
    },
    {
	.word = "whoami",
	.usage = {"", ""},
	.summary = {"who you are to the server", "qui vous êtes pour le serveur"},
	.options = whoami_options,
	.examples = {{"mutual whoami", {"", ""}},
		     {"mutual whoami --ca > ca.crt",
		      {"to hand over to a new person", "à transmettre à une nouvelle personne"}}},
	.data = true,
	.run = command_whoami,
    },
    {
	.word = "status",
	.usage = {"", ""},
	.summary = {"how the server is", "comment va le serveur"},
	.examples = {{"mutual status", {"", ""}}},
	.data = true,
	.run = command_status,
    },
    {
	.word = "raw",
	.usage = {"[LINE]...", "[LIGNE]..."},
	.summary = {"speak the protocol", "parler le protocole"},
	.about = {"Sends each argument, or each line of its input, and prints the answers as they "
		  "come. A line that begins with a "
		  "verb gets a tag. Logging in is done before.",
		  "Envoie chaque argument, ou chaque ligne de son entrée, et affiche les réponses "
		  "comme elles viennent. Une ligne qui "
		  "commence par un verbe reçoit une étiquette. L'identification est déjà faite."},
	.examples = {{"mutual raw STATUS \"SHOW booking=B7K3QF\"", {"", ""}},
		     {"mutual raw < lines", {"", ""}}},
	.run = command_raw,
    },
    {
	.word = "help",
	.usage = {"[COMMAND]", "[COMMANDE]"},
	.summary = {"all commands, or one", "toutes les commandes, ou une"},
	.options = help_options,
	.examples = {{"mutual help book", {"", ""}}},
	.run = command_help,
    },
    {0},
};
