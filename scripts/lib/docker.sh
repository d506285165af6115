# A few calls of the Docker Engine API (1.41 and later) over the unix socket $docker_socket; needs nothing but curl.

docker_api() {
    local method=$1 path=$2
    shift 2
    curl -sS --fail-with-body --max-time 120 --unix-socket "$docker_socket" -X "$method" "$@" "http://docker$path"
}

docker_answers() { [[ -S $1 ]] && curl -fs --max-time 3 --unix-socket "$1" http://docker/_ping >/dev/null 2>&1; }

# The `filters` parameter for one label, as label or label=value.
label_filter() { printf 'filters=%%7B%%22label%%22%%3A%%5B%%22%s%%22%%5D%%7D' "${1//=/%3D}"; }

# Ids of all containers, names of all volumes, ids of all images, with a label.
containers_with() {
    docker_api GET "/containers/json?all=1&$(label_filter "$1")" | grep -o '"Id":"[0-9a-f]\{64\}"' | cut -d'"' -f4 || true
}
volumes_with() {
    docker_api GET "/volumes?$(label_filter "$1")" | grep -o '"Name":"[^"]*"' | cut -d'"' -f4 || true
}
images_with() {
    docker_api GET "/images/json?$(label_filter "$1")" | grep -o '"Id":"sha256:[0-9a-f]\{64\}"' | cut -d'"' -f4 || true
}

# Id of an image; empty when there is none.
image_id() {
    docker_api GET "/images/$1/json" 2>/dev/null | grep -o '"Id":"sha256:[0-9a-f]\{64\}"' | head -n 1 | cut -d'"' -f4 || true
}

# Builds the folder (with a Dockerfile) as an image with a tag; no registry is asked. Further words are build arguments, NAME=VALUE,
# of letters, digits and the like.
build_image() {
    local folder=$1 tag=$2 answer word arguments=
    for word in "${@:3}"; do
        [[ $word =~ ^[A-Z]+=[A-Za-z0-9._/:@+-]*$ ]] || { echo "cannot build $tag: the argument $word" >&2; return 1; }
        arguments+="${arguments:+%2C}%22${word%%=*}%22%3A%22${word#*=}%22"
    done
    answer=$(tar -C "$folder" -c . | docker_api POST "/build?t=$tag&q=1&rm=1&forcerm=1&pull=0&buildargs=%7B${arguments//+/%2B}%7D" \
        -H 'Content-Type: application/x-tar' --data-binary @-) || true
    if [[ $answer != *sha256:* || $answer == *'"error"'* ]]; then
        echo "cannot build $tag: $answer" >&2
        return 1
    fi
}

# Asks the registry of an image, without credentials.
pull_image() {
    local answer name=$1
    # Without a tag, all there are would be fetched.
    [[ ${name##*/} == *[:@]* ]] || name+=:latest
    answer=$(docker_api POST "/images/create?fromImage=$name" | tail -n 1)
    [[ -n $answer && $answer != *'"error"'* ]] || { echo "cannot pull $1: $answer" >&2; return 1; }
}

# Makes an image with a tag (NAME:TAG) of an archive of a file system.
import_image() {
    docker_api POST "/images/create?fromSrc=-&repo=${1%:*}&tag=${1##*:}" -H 'Content-Type: application/x-tar' --data-binary "@$2" >/dev/null
}

# Prints a file of a container.
container_file() { docker_api GET "/containers/$1/archive?path=$2" | tar -xO; }
