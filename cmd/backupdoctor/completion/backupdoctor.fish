# Completion of backupdoctor for fish.
function __backupdoctor_candidates
    set -l previous (commandline -opc)
    set -l word (commandline -ct)
    switch "$word"
        case '--' # a bare -- would end the flags
            set -a previous -
        case '-*'
            set -a previous $word
    end
    $previous --generate-bash-completion 2>/dev/null
end
function __backupdoctor_has_candidates
    test (count (__backupdoctor_candidates)) -gt 0
end
complete -c backupdoctor -n __backupdoctor_has_candidates -f -a '(__backupdoctor_candidates)'
