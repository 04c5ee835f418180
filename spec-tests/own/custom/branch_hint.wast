;; Branch hints in binaries. Everything here is a module all the same.

(module $hinted binary "\00asm" "\01\00\00\00"
  "\01\06\01\60\01\7f\01\7f"
  "\03\02\01\00"
  "\07\05\01\01f\00\00"
  "\00\23\19metadata.code.branch_hint" "\01" "\00\02" "\07\01\01" "\0b\01\00"
  "\0a\14\01\12\01\01\7f" "\02\40" "\20\00" "\0d\00" "\20\00" "\04\40\0b" "\0b"
  "\20\00" "\0b")
(assert_return (invoke "f" (i32.const 3)) (i32.const 3))

;; The bodies: 1 block, 3 i32.const, 5 br_if, 7 end, 8 end.
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\1b\19metadata.code.branch_hint" "\01"
    "\0a\04\01\02\00\0b")
  "metadata.code.branch_hint section: unexpected end")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\1c\19metadata.code.branch_hint" "\00\00"
    "\0a\04\01\02\00\0b")
  "metadata.code.branch_hint section: section size mismatch")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\21\19metadata.code.branch_hint" "\01\00\01\05\02\00\00"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: malformed size of a hint")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\20\19metadata.code.branch_hint" "\01\00\01\05\01\02"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: malformed hint")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\23\19metadata.code.branch_hint" "\01\00\02\05\01\01\05\01\01"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: offsets out of order")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\1f\19metadata.code.branch_hint" "\02\00\00\00\00"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: functions out of order")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\0a\04\01\02\00\0b"
    "\00\1b\19metadata.code.branch_hint" "\00")
  "metadata.code.branch_hint section: misplaced")
(assert_malformed_custom
  (module binary "\00asm" "\01\00\00\00"
    "\00\1b\19metadata.code.branch_hint" "\00"
    "\00\1b\19metadata.code.branch_hint" "\00")
  "metadata.code.branch_hint section: a second one")
(assert_invalid_custom
  (module binary "\00asm" "\01\00\00\00"
    "\00\1d\19metadata.code.branch_hint" "\01\00\00")
  "metadata.code.branch_hint section: unknown function")
(assert_invalid_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00"
    "\02\07\01\01a\01b\00\00"
    "\00\1d\19metadata.code.branch_hint" "\01\00\00")
  "metadata.code.branch_hint section: unknown function")
;; At the block, inside the number, at the end, behind it.
(assert_invalid_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\20\19metadata.code.branch_hint" "\01\00\01\01\01\00"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: invalid target")
(assert_invalid_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\20\19metadata.code.branch_hint" "\01\00\01\04\01\00"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: invalid target")
(assert_invalid_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\20\19metadata.code.branch_hint" "\01\00\01\08\01\00"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: invalid target")
(assert_invalid_custom
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
    "\00\24\19metadata.code.branch_hint" "\01\00\01\ff\ff\ff\ff\0f\01\00"
    "\0a\0b\01\09\00\02\40\41\00\0d\00\0b\0b")
  "metadata.code.branch_hint section: invalid target")

;; A module fails by none of this.
(module binary "\00asm" "\01\00\00\00"
  "\00\1c\19metadata.code.branch_hint" "\7f\00")
