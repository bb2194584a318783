# SPDX-License-Identifier: BSD-2-Clause
#
# Completion for fish: subcommands and options come from the help of the installed command, so they
# are always its own; all other words are files.

function __framewell_subcommands
    framewell --help 2>/dev/null | string match -rg '^  ([a-z]+  +.*)' |
        string replace -r '^([a-z]+)  +' '$1\t'
end

# A word and its description, with a tab between.
function __framewell_options
    set -l words (commandline -opc)
    framewell $words[2] --help 2>/dev/null |
        string match -rg '^  (?:-[a-zA-Z], )?(--?[a-zA-Z-]+(?: [^ ]+)?  +.*)' |
        string replace -r '^(--?[a-zA-Z-]+)(?: [^ ]+)?  +' '$1\t'
end

function __framewell_formats
    framewell layout --list 2>/dev/null | tail -n +2 | string replace -r ' .*' ''
end

complete -c framewell -n __fish_use_subcommand -f -a '(__framewell_subcommands)'
complete -c framewell -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' \
    -a '(__framewell_options)'
complete -c framewell -n '__fish_seen_subcommand_from layout; and test (count (commandline -opc)) -eq 2' \
    -a '(__framewell_formats)'
complete -c framewell -n '__fish_seen_subcommand_from bench; and test (count (commandline -opc)) -eq 2' \
    -f -a 'pool objects layout programs replay all'
