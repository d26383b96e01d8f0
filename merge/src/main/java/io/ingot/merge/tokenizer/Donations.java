package io.ingot.merge.tokenizer;

import io.ingot.merge.method.Operand;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * All rows of a tensor that models give to each other. Only where they come from is kept: the
 * donated rows of two large vocabularies would take gigabytes.
 *
 * @param rows the donations
 * @param givers the operands that they read, each once
 * @param outside those givers that take no part in the merge of the tensor
 */
record Donations(List<Donation> rows, List<Operand> givers, List<Operand> outside) {
  /** Bytes of a donation with a single part, and of each further one; lists included. */
  private static final int DONATION = 72;

  private static final int PART = 40;

  /** Collects the givers; {@code operands} are those that are merged. */
  static Donations of(List<Donation> rows, List<Operand> operands) {
    Set<Operand> givers = Collections.newSetFromMap(new IdentityHashMap<>());
    rows.forEach(d -> d.parts().forEach(p -> givers.add(p.operand())));
    List<Operand> outside =
        givers.stream().filter(g -> operands.stream().noneMatch(o -> o == g)).toList();
    return new Donations(List.copyOf(rows), List.copyOf(givers), outside);
  }

  void open() {
    givers.forEach(g -> g.data().open());
  }

  void close() {
    givers.forEach(g -> g.data().close());
  }

  /** Bytes beside those of the merged operands. */
  long heldBytes() {
    long bytes = outside.stream().mapToLong(o -> o.data().heldBytes()).sum();
    for (Donation row : rows) {
      bytes += DONATION + PART * (long) Math.max(0, row.parts().size() - 1);
    }
    return bytes;
  }
}
