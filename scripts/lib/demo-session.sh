# What a run of the demo makes, and how all of it goes away: at its end, when interrupted, and, after a kill -9, at the
# start of the next run. Everything is recorded below one folder before it exists. Needs processes.sh and docker.sh.

demo_state=${XDG_STATE_HOME:-$HOME/.local/state}/imm-demo
demo_key=$(printf %s "$demo_state" | cksum | cut -d' ' -f1)
# The path of a unix socket has at most 103 bytes, so it is not below the home directory.
demo_run=/tmp/imm-demo-$demo_key
demo_label=imm-demo=$demo_key
demo_images=(imm.local/demo:v1 imm.local/demo:v2)

# One run at a time; then removes what an earlier one left.
open_session() {
    mkdir -p "$demo_state"
    chmod 700 "$demo_state"
    exec 9<"$demo_state"
    flock -n 9 || die "another demo is running (it holds $demo_state)"
    if [[ -n $(ls -A "$demo_state") ]]; then
        say "An earlier run was killed: removing what it left"
        close_session || die "could not remove all of it; see above"
        mkdir -p "$demo_state"
        exec 9<"$demo_state"
        flock -n 9 || die "another demo is running (it holds $demo_state)"
    fi
    mkdir -m 700 "$demo_run" || die "cannot make $demo_run; remove it if nobody uses it"
}

# Ends and removes everything. Fails, and keeps the record for the next start, when something cannot be removed.
close_session() {
    local kind='' where='' left=0
    if [[ -f $demo_state/immd.pid ]]; then end_recorded "$demo_state/immd.pid"; fi
    if [[ -f $demo_state/engine ]]; then read -r kind where <"$demo_state/engine"; fi
    case $kind in
    private) setsid "$root/scripts/private-dockerd" stop "$where" 9<&- || left=1 ;;
    shared) clean_shared_engine "$where" || left=1 ;;
    esac
    rm -rf "$demo_run"
    [[ $left -eq 0 ]] || return 1
    rm -rf "$demo_state"
}

# Removes what carries the label of an installation of ours, and our images; nothing else is touched.
clean_shared_engine() {
    local id object
    docker_socket=$1
    docker_answers "$docker_socket" || { echo "demo: the engine at $1 does not answer; start it and run the demo again" >&2; return 1; }
    for id in $(sed -n 's/.* immd starts .*installation=\([a-z0-9]*\).*/\1/p' "$demo_state/immd.log" 2>/dev/null | sort -u); do
        for object in $(containers_with "imm.dev/installation=$id"); do
            docker_api DELETE "/containers/$object?force=1&v=1" >/dev/null || true
        done
        for object in $(volumes_with "imm.dev/installation=$id"); do
            docker_api DELETE "/volumes/$object" >/dev/null || true
        done
        [[ -z $(containers_with "imm.dev/installation=$id")$(volumes_with "imm.dev/installation=$id") ]] || return 1
    done
    for object in $(images_with "$demo_label"); do
        docker_api DELETE "/images/$object?force=1" >/dev/null || true
    done
    [[ -z $(images_with "$demo_label") ]]
}

# Sets docker_socket to that of the engine that there is; fails when none answers.
find_engine() {
    local candidate
    for candidate in "${DOCKER_HOST:-}" unix:///var/run/docker.sock; do
        docker_socket=${candidate#unix://}
        [[ $candidate == unix://* ]] && docker_answers "$docker_socket" && return
    done
    return 1
}

# The engine that there is, else one of our own; sets docker_socket.
open_engine() {
    if find_engine; then
        echo "shared $docker_socket" >"$demo_state/engine"
        echo "Using the Docker engine at $docker_socket"
        return
    fi
    echo "private $demo_state/docker" >"$demo_state/engine"
    # In a session of its own: a Ctrl-C must not end it between the engine's start and the engine's record.
    docker_socket=$(setsid "$root/scripts/private-dockerd" start "$demo_state/docker" 9<&-)
    echo "Started a Docker engine for the demo at $docker_socket"
}

# Both images: a static busybox, the writer, and a file that says which version it is.
make_images() {
    local tag applet folder=$demo_state/image
    for tag in "${demo_images[@]}"; do
        [[ -z $(image_id "$tag") ]] || die "the engine has an image $tag that this demo did not make; remove it first"
        rm -rf "$folder"
        mkdir -p "$folder/root/bin" "$folder/root/data"
        cp "$root/scripts/demo-image/Dockerfile" "$folder/"
        echo "LABEL $demo_label" >>"$folder/Dockerfile"
        cp "$root/scripts/demo-image/writer" /bin/busybox "$folder/root/bin/"
        for applet in sh cat wc tail sync mv sleep; do ln -s busybox "$folder/root/bin/$applet"; done
        echo "${tag##*:}" >"$folder/root/VERSION"
        build_image "$folder" "$tag" || die "no image, no demo"
        echo "Built $tag, $(image_id "$tag")"
    done
}

# Starts immd on a data directory and a socket of its own; `immctl` finds it by IMM_SOCKET.
start_immd() {
    local try
    export IMM_SOCKET=$demo_run/imm.sock
    unset IMM_SERVER
    spawn_recorded "$demo_state/immd.pid" "$demo_state/immd.log" \
        "$programs/immd" --data-dir "$demo_state/data" --socket "$IMM_SOCKET" --listen none --docker-endpoint "unix://$docker_socket"
    for ((try = 0; try < 300; try++)); do
        if [[ -S $IMM_SOCKET ]] && curl -fs --max-time 2 --unix-socket "$IMM_SOCKET" http://imm/readyz >/dev/null; then
            echo "immd is ready, its data in $demo_state/data"
            return
        fi
        sleep 0.1
        if ((try > 10)) && ! is_recorded "$demo_state/immd.pid"; then break; fi
    done
    tail -n 20 "$demo_state/immd.log" >&2
    die "immd did not come up; its last words are above"
}
