# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of mutual in bash: the client itself knows which words may follow. The names of resources and the codes of one's
# bookings are the server's; they are asked for at most every five minutes (codes: every 20 seconds) per profile; where that
# fails nothing is said, for half a minute.

declare -gA _mutual_known=() _mutual_asked=()

# _mutual_ask COMMAND SECONDS: the first column of what it lists, in REPLY.
_mutual_ask()
{
	local profile=${MUTUAL_PROFILE-} command=$1 fresh=$2 i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--profile) profile=${COMP_WORDS[i + 1]} ;;
		--profile=*) profile=${COMP_WORDS[i]#*=} ;;
		esac
	done
	local key=$command.$profile age=30
	[[ -n ${_mutual_known[$key]-} ]] && age=$fresh
	if [[ -z ${_mutual_asked[$key]-} ]] || ((SECONDS - _mutual_asked[$key] > age)); then
		_mutual_asked[$key]=$SECONDS
		_mutual_known[$key]=$(MUTUAL_PROFILE=$profile timeout 2 "${COMP_WORDS[0]}" "$command" --csv 2>/dev/null </dev/null |
			sed -n '2,$s/,.*//p')
	fi
	REPLY=${_mutual_known[$key]}
}

_mutual()
{
	local current=${COMP_WORDS[COMP_CWORD]} next=() plain=() word REPLY
	COMPREPLY=()
	mapfile -t next < <("${COMP_WORDS[0]}" help --words -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
	for word in "${next[@]}"; do
		case $word in
		@files) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current") ;;
		@dirs) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$current") ;;
		@resources)
			_mutual_ask resources 300
			plain+=($REPLY)
			;;
		@codes)
			_mutual_ask list 20
			plain+=($REPLY)
			;;
		*) plain+=("$word") ;;
		esac
	done
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "${plain[*]}" -- "$current")
}
complete -F _mutual mutual
