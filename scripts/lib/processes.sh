# Processes that a script may end: known by number and start time, since numbers are given again.

# Start time of a process in clock ticks since boot (proc(5), field 22); fails when there is none.
start_time() {
    local line
    line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field is a name that may hold blanks and brackets.
    set -- ${line##*) }
    echo "${20}"
}

# Runs a command in a session of its own, so that Ctrl-C does not reach it, and writes "number start-time" to FILE
# before it becomes the command: at no moment does it run unrecorded.
#   spawn_recorded FILE LOG COMMAND…
spawn_recorded() {
    local record=$1 log=$2
    shift 2
    setsid bash -c 'record=$1; shift
        line=$(cat "/proc/$$/stat"); fields=(${line##*) }); echo "$$ ${fields[19]}" >"$record"; exec "$@"' \
        spawn "$record" "$@" </dev/null >>"$log" 2>&1 9>&- &
}

# Whether the process that FILE records is still the one.
is_recorded() {
    local pid started
    read -r pid started 2>/dev/null <"$1" && [[ -n $started && $(start_time "$pid") == "$started" ]]
}

# Ends the process that FILE records: TERM, 10 s, KILL; nothing when it is another one by now.
end_recorded() {
    local pid started try
    if is_recorded "$1"; then
        read -r pid started <"$1"
        kill "$pid" 2>/dev/null || true
        for ((try = 0; try < 100; try++)); do
            is_recorded "$1" || break
            sleep 0.1
        done
        if is_recorded "$1"; then kill -9 "$pid" 2>/dev/null || true; fi
    fi
    rm -f "$1"
}
