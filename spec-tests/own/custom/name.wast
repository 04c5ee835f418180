;; The form of the name section in binaries.

(module binary "\00asm" "\01\00\00\00" "\00\09\04name" "\00\02\01m")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\09\04name" "\00\02\05m")
  "name section: length out of bounds")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\09\04name" "\00\01\01m")
  "name section: subsection size mismatch")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\0a\04name" "\00\03\01m\00")
  "name section: subsection size mismatch")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\09\04name" "\00\02\01\ff")
  "name section: malformed UTF-8 encoding")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\07\04name" "\0c\00")
  "name section: malformed subsection id")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\0b\04name" "\01\01\00" "\01\01\00")
  "name section: subsections out of order")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\0c\04name" "\01\05\02\01\00\01\00")
  "name section: indices out of order")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\0c\04name" "\02\05\02\01\00\00\00")
  "name section: indices out of order")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\07\04name" "\0a\05")
  "name section: length out of bounds")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\00\05\04name" "\00\05\04name")
  "name section: a second one")
