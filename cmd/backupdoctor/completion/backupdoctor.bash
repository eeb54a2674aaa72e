# Completion of backupdoctor for bash.
_backupdoctor() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=("${COMP_WORDS[@]:1:COMP_CWORD-1}") candidates
	case $word in
		--) previous+=("-") ;; # a bare -- would end the flags
		-*) previous+=("$word") ;;
	esac
	candidates=$("${COMP_WORDS[0]}" "${previous[@]}" --generate-bash-completion 2>/dev/null)
	COMPREPLY=($(compgen -W "$candidates" -- "$word"))
}
complete -o bashdefault -o default -F _backupdoctor backupdoctor
