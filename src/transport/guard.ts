/**
 * What becomes of a file when this process is killed by its client, who goes on: it gets its name. Where the client is
 * gone too, it was no session's end, and the file stays as it is.
 */
export interface LastWill {
  /** The client's process id. */
  client: number;
  from: string;
  /** Its name without `.jsonl`; where that is taken, `-2`, `-3` and so on are put behind it. */
  stem: string;
  /** The number to begin with; 1 stands for none. */
  first: number;
  /** Takes the place of a file that is there. */
  replaces: boolean;
}

/** A last will as the guard reads it: a line each. */
export function writeWill({ client, from, stem, first, replaces }: LastWill): string {
  return `will\n${client}\n${from}\n${stem}\n${first}\n${replaces ? 'replace' : 'add'}\n`;
}

/**
 * A shell that puts a guard beside the command, then becomes the command: same process id, nothing in between.
 *
 * The guard reads descriptor 3. "bye" means that all is well, and it goes. The end of that pipe without it means that
 * this process was killed: it asks the command and all that came of it to end (SIGTERM), and kills what is left after
 * a second. A guard that starts before the command can't come too late, which one that is told a process id
 * afterwards can. It is forked twice, so that it is no child of the command's, ignores signals, and holds no pipe of it.
 *
 * What is dead and not yet waited for does not count: in a container it may never be. A command that is stopped is
 * continued, so that it hears SIGTERM. Where the command's PATH has no `sleep`, the system's has.
 *
 * Before that it may be given a last will, to be done where this process is killed.
 *
 * What came of the command: its session, and all descendants of members of it, found through /proc or `ps`.
 */
export const guardScript = String.raw`
guard() {
  PATH=$PATH:/usr/bin:/bin
  trap '' HUP INT QUIT TERM TSTP TTIN TTOU PIPE
  exec 0<&3 3<&- >/dev/null 2>&1
  read -r word
  if [ "$word" = will ]; then
    read -r client; IFS= read -r from; IFS= read -r stem; read -r number; read -r how
    read -r word
  fi
  [ "$word" = bye ] && exit 0
  own=$(exec sh -c 'echo "$PPID"')
  newline='
'
  family=
  members
  signal TERM
  signal CONT
  for wait in 1 2 3 4 5 6 7 8 9 10; do
    members
    alive=
    for pid in $family; do
      case "$newline$table" in *"$newline$pid "*) alive=1 ;; esac
    done
    [ -z "$alive" ] && execute && exit 0
    sleep 0.1 2>/dev/null || sleep 1
  done
  for again in 1 2 3; do members; signal KILL; done
  execute
}
execute() {
  [ -n "$stem" ] && lives "$client" && grep -q -e 'plugin_ready' -e 'plugin is running on' -- "$from" || return 0
  if [ "$how" = replace ]; then mv -f -- "$from" "$stem.jsonl"; return 0; fi
  while [ "$number" -lt 10000 ]; do
    suffix=
    [ "$number" = 1 ] || suffix=-$number
    ln -- "$from" "$stem$suffix.jsonl" && rm -f -- "$from" && return 0
    [ -e "$stem$suffix.jsonl" ] || return 0
    number=$((number + 1))
  done
}
processes() {
  if [ -r /proc/self/stat ]; then
    for stat in /proc/[0-9]*/stat; do
      read -r line < "$stat" || continue
      set -- ${'${line##*) }'}
      stat=${'${stat%/stat}'}
      [ "$1" = Z ] || echo "${'${stat#/proc/}'} $2 $4"
    done
  else
    ps -A -o pid= -o ppid= -o sess=
  fi
}
members() {
  table=$(processes)
  before=none
  while [ "$before" != "$family" ]; do
    before=$family
    while read -r pid parent session; do
      [ "$pid" = "$own" ] || [ "$parent" = "$own" ] && continue
      case " $family " in *" $pid "*) continue ;; esac
      if [ "$pid" = "$$" ] || [ "$session" = "$$" ]; then family="$family $pid"; continue; fi
      case " $$ $family " in *" $parent "*) family="$family $pid" ;; esac
    done <<END
$table
END
  done
}
lives() {
  kill -0 "$1" || return 1
  read -r line < "/proc/$1/stat" || return 0
  case "${'${line##*) }'}" in Z*) return 1 ;; esac
}
signal() { for pid in $family; do kill -"$1" "$pid" 2>/dev/null; done; }
(guard &)
exec 3<&-
exec "$@"
`;
