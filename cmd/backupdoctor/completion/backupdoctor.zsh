#compdef backupdoctor
# Completion of backupdoctor for zsh.
_backupdoctor() {
	local word=${words[CURRENT]}
	local -a previous=("${(@)words[2,CURRENT-1]}") candidates
	case $word in
		--) previous+=("-") ;; # a bare -- would end the flags
		-*) previous+=("$word") ;;
	esac
	candidates=("${(@f)$("${words[1]}" "${previous[@]}" --generate-bash-completion 2>/dev/null)}")
	if [[ -n ${candidates[1]} ]]; then
		compadd -a candidates
	else
		_files
	fi
}
compdef _backupdoctor backupdoctor
