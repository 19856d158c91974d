# What ./catchment and ./check share: finding a JDK, finding Maven, building under a lock, and running
# what was built.
# Sourced, not run. The caller sets `root` (the repository) and `program` (its own name).

jdk_wanted=25
maven_version=3.9.11
maven_sha512=bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978

fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  exit 1
}

# fits HOME TOOL: true when HOME holds bin/TOOL and its version is new enough. Reads the `release`
# file every JDK carries, without starting a process; asks java itself only when there is none.
fits() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/$2" ] || return 1
  jdk_version=
  if [ -r "$1/release" ]; then
    while IFS= read -r jdk_line || [ -n "$jdk_line" ]; do
      case $jdk_line in JAVA_VERSION=*)
        jdk_version=${jdk_line#JAVA_VERSION=}
        jdk_version=${jdk_version#\"}
        break
        ;;
      esac
    done <"$1/release"
  else
    jdk_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
  fi
  jdk_major=${jdk_version%%[!0-9]*}
  [ -n "$jdk_major" ] && [ "$jdk_major" -ge "$jdk_wanted" ]
}

# home_of_java: the home of the `java` on the PATH, also behind the shims of version managers.
home_of_java() {
  jdk_java=$(command -v java 2>/dev/null) || return 1
  case $jdk_java in /*) ;; *) return 1 ;; esac
  while [ -L "$jdk_java" ]; do
    jdk_link=$(readlink "$jdk_java")
    case $jdk_link in
      /*) jdk_java=$jdk_link ;;
      *) jdk_java=${jdk_java%/*}/$jdk_link ;;
    esac
  done
  jdk_home=${jdk_java%/bin/java}
  if [ ! -r "$jdk_home/release" ]; then
    jdk_home=$("$jdk_java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  fi
  [ -n "$jdk_home" ]
}

# find_jdk TOOL: sets jdk to the first home that is new enough and has bin/TOOL (`java` to run,
# `javac` to build), or ends the program with one line.
find_jdk() {
  for jdk in "$root/runtime" "${JAVA_HOME:-}"; do
    if [ -n "$jdk" ] && fits "$jdk" "$1"; then return 0; fi
  done
  if home_of_java && fits "$jdk_home" "$1"; then
    jdk=$jdk_home
    return 0
  fi
  for jdk in /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/.jdks/*; do
    if fits "$jdk" "$1"; then return 0; fi
  done
  if [ -x /usr/libexec/java_home ]; then
    jdk=$(/usr/libexec/java_home -v "$jdk_wanted+" 2>/dev/null) || jdk=
    if [ -n "$jdk" ] && fits "$jdk" "$1"; then return 0; fi
  fi
  fail "no JDK $jdk_wanted or later in ./runtime, \$JAVA_HOME, the PATH, /usr/lib/jvm, ~/.sdkman, ~/.jdks or the macOS folders: install Temurin $jdk_wanted (Debian/Ubuntu: temurin-$jdk_wanted-jdk; macOS: brew install temurin@$jdk_wanted) or set JAVA_HOME"
}

# maven_fits: true when the `mvn` on the PATH is 3.8.6 or later.
maven_fits() {
  command -v mvn >/dev/null 2>&1 || return 1
  mvn_version=$(JAVA_HOME=$jdk mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  mvn_major=${mvn_version%%.*}
  mvn_rest=${mvn_version#*.}
  mvn_minor=${mvn_rest%%.*}
  mvn_patch=${mvn_rest#*.}
  mvn_patch=${mvn_patch%%[!0-9]*}
  [ "${mvn_major:-0}" -gt 3 ] && return 0
  [ "${mvn_major:-0}" -eq 3 ] || return 1
  [ "${mvn_minor:-0}" -gt 8 ] && return 0
  [ "${mvn_minor:-0}" -eq 8 ] && [ "${mvn_patch:-0}" -ge 6 ]
}

# fetch_maven: downloads Maven below $MVNW_REPOURL into the folder the Maven wrapper also uses, and
# unpacks it only when its checksum is the one above.
fetch_maven() {
  maven_dir=$HOME/.m2/wrapper/dists/apache-maven-$maven_version-bin/catchment
  mvn=$maven_dir/apache-maven-$maven_version/bin/mvn
  [ -x "$mvn" ] && return 0
  maven_url=${MVNW_REPOURL%/}/org/apache/maven/apache-maven/$maven_version/apache-maven-$maven_version-bin.tar.gz
  maven_new=$maven_dir.$$
  mkdir -p "$maven_new"
  printf 'Fetching Maven %s ...\n' "$maven_version" >&2
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL -o "$maven_new/maven.tar.gz" "$maven_url"
  else
    wget -q -O "$maven_new/maven.tar.gz" "$maven_url"
  fi || { rm -rf "$maven_new"; fail "could not fetch Maven below \$MVNW_REPOURL"; }
  if command -v sha512sum >/dev/null 2>&1; then
    maven_sum=$(sha512sum "$maven_new/maven.tar.gz")
  else
    maven_sum=$(shasum -a 512 "$maven_new/maven.tar.gz")
  fi
  if [ "${maven_sum%% *}" != "$maven_sha512" ]; then
    rm -rf "$maven_new"
    fail "the Maven fetched below \$MVNW_REPOURL has another checksum than Maven $maven_version"
  fi
  tar -xzf "$maven_new/maven.tar.gz" -C "$maven_new" || {
    rm -rf "$maven_new"
    fail "could not unpack Maven $maven_version"
  }
  rm "$maven_new/maven.tar.gz"
  # Another start may have been quicker; then its copy serves.
  mv "$maven_new" "$maven_dir" 2>/dev/null || rm -rf "$maven_new"
  [ -x "$mvn" ] || fail "no Maven in $maven_dir after fetching it: remove that folder and start again"
}

# find_maven: sets mvn. Needs jdk.
find_maven() {
  if maven_fits; then
    mvn=mvn
  elif [ -n "${MVNW_REPOURL:-}" ]; then
    fetch_maven
  else
    fail "no Maven 3.8.6 or later on the PATH: install it (Debian/Ubuntu: maven; macOS: brew install maven) or set MVNW_REPOURL to a Maven repository"
  fi
}

# run_maven ARGUMENT...: Maven on the found JDK, in the repository, without the warnings old Maven
# libraries draw from a new JVM.
run_maven() (
  cd "$root" || exit 1
  JAVA_HOME=$jdk
  MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}"
  export JAVA_HOME MAVEN_OPTS
  exec "$mvn" -B "$@"
)

# stale: true when there is no build, or a source is newer than it. Folders count too, so a source
# that was taken away is noticed.
stale() {
  [ -d "$root/src/main" ] || return 1
  [ -f "$root/target/catchment.jar" ] && [ -d "$root/target/lib" ] || return 0
  [ -n "$(find "$root/src/main" "$root/pom.xml" -newer "$root/target/catchment.jar" -print -quit)" ]
}

# build_once: builds the program unless another start did so while this one waited. The lock is a
# folder holding the builder's process id; the lock of a builder that died is taken over.
build_once() {
  lock=$root/target/.build-lock
  nameless=0
  mkdir -p "$root/target"
  until mkdir "$lock" 2>/dev/null; do
    builder=$(cat "$lock/pid" 2>/dev/null) || builder=
    [ -n "$builder" ] || nameless=$((nameless + 1))
    if [ "$nameless" -gt 2 ] || { [ -n "$builder" ] && ! kill -0 "$builder" 2>/dev/null; }; then
      nameless=0
      rm -rf "$lock"
    else
      sleep 1
      stale || return 0
    fi
  done
  echo $$ >"$lock/pid"
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if stale; then
    find_jdk javac
    find_maven
    echo 'Building Catchment (first start only) ...' >&2
    : >"$lock/began"
    run_maven -q -Dmaven.test.skip=true package >&2 || fail 'the build failed'
    # Maven leaves a jar alone whose content did not change. Its time says when this build began, so
    # that a source saved during the build counts as newer.
    touch -r "$lock/began" "$root/target/catchment.jar"
    train
  fi
  rm -rf "$lock"
  trap - EXIT INT TERM
}

# The serial collector keeps about 100 MB less than G1 when idle. Its young generation has a fixed
# size, with room for what waits between intake and the readers to die in; else that moves to the old
# one, which grows by it until it is collected as a whole.
collector="-XX:+UseSerialGC -Xms128m -Xmn96m -XX:SurvivorRatio=4 -XX:TargetSurvivorRatio=90"

# run_java ARCHIVE SHARING ARGUMENT...: becomes the program on the found JDK, with a class archive and
# whether java may write it. Native access (SQLite, Netty) is granted by the jar's manifest; granted
# here it would cost the archive half its worth.
run_java() {
  java_archive=$1
  java_sharing=$2
  shift 2
  # shellcheck disable=SC2086 # the two variables hold several options on purpose
  exec "$jdk/bin/java" \
    --sun-misc-unsafe-memory-access=allow \
    ${CATCHMENT_JAVA_GC:-$collector} -XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError \
    -Xshare:auto -XX:SharedArchiveFile="$java_archive" "$java_sharing" \
    -Xlog:cds=off -Xlog:cds+dynamic=off -Xlog:aot=off \
    -Duser.timezone=UTC -Dfile.encoding=UTF-8 \
    ${CATCHMENT_JAVA_OPTS:-} \
    -jar "$root/target/catchment.jar" "$@"
}

# train: makes the class archive by starting and stopping a server of its own in a temporary folder,
# so that the first start is as quick as the later ones. Ends by itself within 20 s; when it fails,
# the first server to stop makes the archive.
train() {
  trained=$root/target/catchment.jsa
  rm -f "$trained" "$trained.new"
  (
    find_jdk java
    CATCHMENT_JAVA_OPTS=
    run_java "$trained.new" -XX:+AutoCreateSharedArchive warm
  ) >/dev/null 2>&1 </dev/null || true
  [ ! -s "$trained.new" ] || mv "$trained.new" "$trained"
}
