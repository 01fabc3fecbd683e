/** The word by which the shells ask the command for completions; a command of that name is in no help. */
export const COMPLETE = '__complete';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Scripts that ask the command at each Tab: accounts, regions and running bulks are those of that moment. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of flowlog: put this line into ~/.bashrc
#   source <(flowlog completion bash)
_flowlog() {
  local IFS=$'\\n'
  COMPREPLY=($(flowlog ${COMPLETE} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _flowlog flowlog
`,
  zsh: `#compdef flowlog
# Completion of flowlog: put this line into ~/.zshrc, below compinit
#   source <(flowlog completion zsh)
_flowlog() {
  local -a found
  found=("\${(@f)$(flowlog ${COMPLETE} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _flowlog flowlog
`,
  fish: `# Completion of flowlog: run this once
#   flowlog completion fish > ~/.config/fish/completions/flowlog.fish
function __flowlog_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (flowlog ${COMPLETE} -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c flowlog -f -a '(__flowlog_complete)'
`,
};
