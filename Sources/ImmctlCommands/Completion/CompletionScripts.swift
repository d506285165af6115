/// Scripts that ask `immctl __complete` for what a word may become.
enum CompletionScripts {
    static let bash = #"""
        # bash completion for immctl
        _immctl() {
            local line="${COMP_LINE:0:COMP_POINT}" directive=0 current reply
            local -a words
            read -ra words <<<"$line"
            [[ $line == *[[:space:]] ]] && words+=("")
            current="${words[${#words[@]}-1]}"
            COMPREPLY=()
            while IFS= read -r reply; do
                if [[ $reply == :* ]]; then
                    directive="${reply#:}"
                else
                    COMPREPLY+=("${reply%%$'\t'*}")
                fi
            done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
            # readline completes what stands behind the last = or : only.
            local index kept="${current%"${current##*[=:]}"}"
            if [[ -n $kept ]]; then
                for index in "${!COMPREPLY[@]}"; do COMPREPLY[index]="${COMPREPLY[index]#"$kept"}"; done
            fi
            ((directive & 2)) && compopt -o nospace 2>/dev/null
            if ((directive == 0)); then
                compopt -o default 2>/dev/null
            fi
            return 0
        }
        complete -F _immctl immctl
        """#

    static let zsh = #"""
        #compdef immctl
        _immctl() {
            local line directive=0
            local -a values
            while IFS= read -r line; do
                if [[ $line == :* ]]; then
                    directive=${line#:}
                else
                    values+=("${${line//:/\\:}/$'\t'/:}")
                fi
            done < <(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
            if ((directive == 0)); then
                _files
            elif ((directive & 2)); then
                _describe 'immctl' values -S ''
            else
                _describe 'immctl' values
            fi
        }
        if [ "$funcstack[1]" = "_immctl" ]; then
            _immctl "$@"
        else
            compdef _immctl immctl
        fi
        """#

    static let fish = #"""
        # fish completion for immctl
        function __immctl_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l replies ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
            test (count $replies) -gt 0; or return
            if test "$replies[-1]" = ":0"
                __fish_complete_path "$current"
            else
                string match --invert --regex '^:' -- $replies
            end
        end
        complete -c immctl -f -a '(__immctl_complete)'
        """#
}
