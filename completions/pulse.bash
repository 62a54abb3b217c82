# SPDX-License-Identifier: MIT
# Completions of the pulse that is found, whichever it is: it has them itself.
eval "$(pulse completion bash 2>/dev/null)"
