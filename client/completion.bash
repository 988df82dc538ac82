# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of mutual in bash: the client itself knows which words may follow.

_mutual()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local words=() i
	COMPREPLY=()
	case $previous in
	--ca | --token-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--lang)
		mapfile -t COMPREPLY < <(compgen -W 'en fr' -- "$current")
		return
		;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* ]] || words+=("${COMP_WORDS[i]}")
	done
	mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" help --words "${words[@]:0:2}" 2>/dev/null)" -- "$current")
	if [[ ${words[0]} == policy && ${#words[@]} -ge 2 && $current != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
	fi
}
complete -F _mutual mutual
