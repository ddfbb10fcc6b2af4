/* SPDX-License-Identifier: MIT */
/* The command line that all of them run. */
#include "base/text.h"
#include "run/launched.h"

#include <stdlib.h>
#include <string.h>

static json_t *line;

/* Whether a word is such an option, and so many words are its own. */
static int own_words(const char *word)
{
    static const char *const options[] = {"--threads", "--shard", "--part"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        size_t length = strlen(options[i]);
        if (strncmp(word, options[i], length) == 0 && (!word[length] || word[length] == '='))
            return word[length] ? 1 : 2;
    }
    return 0;
}

void launched_run(int count, char *const *words)
{
    json_decref(line);
    line = json_array();
    for (int i = 0; i < count;) {
        int own = own_words(words[i]);
        char *text = own ? NULL : dn_utf8_repair(words[i]);
        if (text)
            json_array_append_new(line, json_string(text));
        free(text);
        i += own ? own : 1;
    }
}

json_t *launched_words(void)
{
    return line;
}
