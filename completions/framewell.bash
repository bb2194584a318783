# SPDX-License-Identifier: BSD-2-Clause
#
# Completion for bash: subcommands and options come from the help of the installed command, so they
# are always its own; all other words are files.

_framewell_subcommands()
{
    framewell --help 2>/dev/null | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

_framewell_options()
{
    framewell "$1" --help 2>/dev/null | sed -n '/^Options:/,/^$/p' |
        grep -oE '(^|[ ,])(--[a-z][a-z-]*|-[a-zA-Z]([ ,]|$))' | grep -oE -- '--?[a-zA-Z-]+'
}

_framewell_words()
{
    case ${COMP_WORDS[1]} in
    layout)
        framewell layout --list 2>/dev/null | sed -n '2,$s/ .*//p'
        ;;
    bench)
        echo pool objects layout programs replay all
        ;;
    esac
}

_framewell()
{
    local word=${COMP_WORDS[COMP_CWORD]}
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_framewell_subcommands) --help --version" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_framewell_options "${COMP_WORDS[1]}")" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_framewell_words)" -- "$word"; compgen -f -- "$word")
    fi
}

complete -o filenames -F _framewell framewell
