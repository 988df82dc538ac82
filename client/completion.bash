# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of mutual in bash: the client itself knows which words may follow. The names of resources are the server's; they
# are asked for at most every five minutes per profile; where that fails nothing is said, for half a minute.

declare -gA _mutual_resources=() _mutual_asked=()

_mutual_names()
{
	local profile=${MUTUAL_PROFILE-} i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--profile) profile=${COMP_WORDS[i + 1]} ;;
		--profile=*) profile=${COMP_WORDS[i]#*=} ;;
		esac
	done
	local key=.$profile age=30
	[[ -n ${_mutual_resources[$key]-} ]] && age=300
	if [[ -z ${_mutual_asked[$key]-} ]] || ((SECONDS - _mutual_asked[$key] > age)); then
		_mutual_asked[$key]=$SECONDS
		_mutual_resources[$key]=$(MUTUAL_PROFILE=$profile timeout 2 "${COMP_WORDS[0]}" resources --csv 2>/dev/null </dev/null |
			sed -n '2,$s/,.*//p')
	fi
	REPLY=${_mutual_resources[$key]}
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
			_mutual_names
			plain+=($REPLY)
			;;
		*) plain+=("$word") ;;
		esac
	done
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "${plain[*]}" -- "$current")
}
complete -F _mutual mutual
