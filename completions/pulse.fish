# SPDX-License-Identifier: MIT
# Completions of the pulse that is found, whichever it is: it has them itself.
command -q pulse; and pulse completion fish | source
