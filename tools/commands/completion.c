/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "densenet.h"
#include "ui/report.h"

#include <stdio.h>
#include <string.h>

/* What can be completed at one place of the command line. */
typedef enum place {
    PLACE_FREE,
    PLACE_FILE,
    PLACE_CHOICE,
    PLACE_ARCH,
    PLACE_PUBLISHED,
    PLACE_COMMAND
} place;

static place place_of_value(const option_row *row)
{
    int length;
    return row->type == OPTION_FILE                              ? PLACE_FILE
           : choice_at(row->argument, 0, &length)                ? PLACE_CHOICE
           : row->argument && strcmp(row->argument, "ARCH") == 0 ? PLACE_ARCH
                                                                 : PLACE_FREE;
}

static place place_of_arguments(const command *owner)
{
    int length;
    return !*owner->arguments                          ? PLACE_FREE
           : choice_at(owner->arguments, 0, &length)   ? PLACE_CHOICE
           : strstr(owner->arguments, "ARCH")          ? PLACE_ARCH
           : strncmp(owner->arguments, "NAME", 4) == 0 ? PLACE_PUBLISHED
                                                       : PLACE_FILE;
}

/* The words of a place, separated by spaces; list holds the choices. */
static void print_words(place where, const char *list)
{
    const char *word, *space = "";
    int length;
    if (where == PLACE_CHOICE)
        for (int i = 0; (word = choice_at(list, i, &length)); i++, space = " ")
            printf("%s%.*s", space, length, word);
    if (where == PLACE_ARCH)
        for (int i = 0; (word = dn_arch_name(i)); i++, space = " ")
            printf("%s%s", space, word);
    if (where == PLACE_PUBLISHED)
        for (int i = 0; dn_published_weights(i); i++, space = " ")
            printf("%s%s", space, dn_published_weights(i)->name);
    if (where == PLACE_COMMAND)
        for (int i = 0; command_list[i]; i++, space = " ")
            printf("%s%s", space, command_list[i]->name);
}

/* Text inside single quotes, with a backslash before each of `special`; quote
 * is how the shell writes a single quote inside them. */
static void print_quoted(const char *text, const char *special, const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs(quote, stdout);
        else
            printf("%s%c", strchr(special, *text) ? "\\" : "", *text);
    }
}

/* -------------------------------------------------------------------- bash */

/* "-k | --top", a pattern of `case`. */
static void bash_pattern(const option_row *row)
{
    if (row->letter)
        printf("-%c | ", row->letter);
    printf("--%s", row->name);
}

static void bash_values(const command *owner)
{
    const option_row *row;
    bool any = false;
    for (int i = 0; (row = option_at(owner->options, i)); i++) {
        place where = row->type == OPTION_FLAG ? PLACE_FREE : place_of_value(row);
        if (where == PLACE_FREE)
            continue;
        printf("        ");
        bash_pattern(row);
        printf(") words='");
        print_words(where, row->argument);
        printf("' files=%s ;;\n", where == PLACE_FILE ? "1" : "");
    }
    for (int i = 0; (row = option_at(owner->options, i)); i++) {
        if (row->type == OPTION_FLAG || place_of_value(row) != PLACE_FREE)
            continue;
        printf(any ? " | " : "        ");
        bash_pattern(row);
        any = true;
    }
    printf(any ? ") words= files= ;;\n" : "");
}

static void bash_command(const command *owner)
{
    const option_row *row;
    place where = place_of_arguments(owner);
    printf("    %s)\n        words='", owner->name);
    print_words(where, owner->arguments);
    printf("' files=%s\n        options='", where == PLACE_FILE ? "1" : "");
    for (int i = 0; (row = option_at(owner->options, i)); i++)
        printf("%s--%s", i ? " " : "", row->name);
    printf("'\n        case $before in\n");
    bash_values(owner);
    printf("        *) [[ $word == -* ]] && words=$options files= ;;\n        esac\n        ;;\n");
}

/* readline splits --name=value into three words. */
static void bash(void)
{
    printf("# bash completion for densenet\n"
           "_densenet()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local words= files= options=\n"
           "    if [[ $word == = ]]; then\n        word=\n"
           "    elif [[ $before == = ]]; then\n        before=${COMP_WORDS[COMP_CWORD-2]}\n    fi\n"
           "    if ((COMP_CWORD == 1)); then\n"
           "        words='help ");
    print_words(PLACE_COMMAND, NULL);
    printf("'\n    else\n    case ${COMP_WORDS[1]} in\n    help) words='");
    print_words(PLACE_COMMAND, NULL);
    printf("' ;;\n");
    for (int i = 0; command_list[i]; i++)
        bash_command(command_list[i]);
    printf("    esac\n    fi\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "    if [[ $files ]]; then\n"
           "        compopt -o filenames\n"
           "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n"
           "    fi\n}\ncomplete -F _densenet densenet\n");
}

/* --------------------------------------------------------------------- zsh */

static void zsh_action(place where, const char *list)
{
    if (where == PLACE_FILE) {
        printf("_files");
    } else if (where == PLACE_FREE) {
        printf(" ");
    } else {
        printf("(");
        print_words(where, list);
        printf(")");
    }
}

static void zsh_option(const option_row *row)
{
    printf(" \\\n            ");
    if (row->letter)
        printf("'(-%c --%s)'{-%c,--%s}'", row->letter, row->name, row->letter, row->name);
    else
        printf("'--%s", row->name);
    /* "=": the value may follow as --name=value or as the next word. */
    printf("%s[", row->type == OPTION_FLAG || row->letter ? "" : "=");
    print_quoted(row->help, "[]:\\", "'\\''");
    printf("]");
    if (row->type != OPTION_FLAG) {
        printf(":");
        print_quoted(row->argument, "[]:\\", "'\\''");
        printf(":");
        zsh_action(place_of_value(row), row->argument);
    }
    printf("'");
}

static void zsh(void)
{
    printf("#compdef densenet\n_densenet()\n{\n    local -a commands=(\n");
    for (int i = 0; command_list[i]; i++) {
        printf("        '%s:", command_list[i]->name);
        print_quoted(command_list[i]->summary, ":\\", "'\\''");
        printf("'\n");
    }
    printf("    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n"
           "        return\n    fi\n    shift words\n    ((CURRENT--))\n    case $words[1] in\n");
    for (int i = 0; command_list[i]; i++) {
        printf("    %s)\n        _arguments -s -S", command_list[i]->name);
        const option_row *row;
        for (int j = 0; (row = option_at(command_list[i]->options, j)); j++)
            zsh_option(row);
        if (*command_list[i]->arguments) {
            printf(" \\\n            '*:");
            print_quoted(command_list[i]->arguments, "[]:\\", "'\\''");
            printf(":");
            zsh_action(place_of_arguments(command_list[i]), command_list[i]->arguments);
            printf("'");
        }
        printf("\n        ;;\n");
    }
    printf("    help)\n        _describe command commands\n        ;;\n    esac\n}\n"
           "_densenet \"$@\"\n");
}

/* -------------------------------------------------------------------- fish */

static void fish_place(place where, const char *list, bool value)
{
    if (where == PLACE_FILE) {
        printf(value ? " -r -F" : " -F");
        return;
    }
    printf(value ? " -x" : " -f");
    if (where != PLACE_FREE) {
        printf(" -a '");
        print_words(where, list);
        printf("'");
    }
}

static void fish_command(const command *owner)
{
    printf("complete -c densenet -n __fish_use_subcommand -f -a %s -d '", owner->name);
    print_quoted(owner->summary, "\\", "\\'");
    printf("'\ncomplete -c densenet -n '__fish_seen_subcommand_from %s'", owner->name);
    fish_place(place_of_arguments(owner), owner->arguments, false);
    printf("\n");
    const option_row *row;
    for (int i = 0; (row = option_at(owner->options, i)); i++) {
        printf("complete -c densenet -n '__fish_seen_subcommand_from %s' -l %s", owner->name,
               row->name);
        if (row->letter)
            printf(" -s %c", row->letter);
        if (row->type != OPTION_FLAG)
            fish_place(place_of_value(row), row->argument, true);
        printf(" -d '");
        print_quoted(row->help, "\\", "\\'");
        printf("'\n");
    }
}

static void fish(void)
{
    printf("# fish completion for densenet\n"
           "complete -c densenet -n __fish_use_subcommand -f -a help -d 'explain a command'\n"
           "complete -c densenet -n '__fish_seen_subcommand_from help' -f -a '");
    print_words(PLACE_COMMAND, NULL);
    printf("'\n");
    for (int i = 0; command_list[i]; i++)
        fish_command(command_list[i]);
}

static int run(int count, char **arguments)
{
    (void)count;
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].name, arguments[0]) == 0) {
            shells[i].print();
            return EXIT_DONE;
        }
    }
    complain("completion: \"%s\" is not one of %s", arguments[0], completion_command.arguments);
    return EXIT_REFUSED;
}

const command completion_command = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .summary = "print the completion script of a shell",
    .description = "Installed with the program; without an installation, as below.\n",
    .examples = "  source <(densenet completion bash)\n"
                "  densenet completion zsh > ~/.zfunc/_densenet\n"
                "  densenet completion fish > ~/.config/fish/completions/densenet.fish\n",
    .least = 1,
    .most = 1,
    .run = run,
};
