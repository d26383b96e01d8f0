package io.ingot.transplant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where each row of the new matrix comes from.
 *
 * @param from the row of the model's matrix that is copied, or one of the marks
 * @param sharedDonor rows of the donor whose token the model has, ascending
 * @param sharedModel the model's rows of the same tokens
 * @param missing rows of the donor whose token the model lacks, ascending
 */
record RowSources(
    int[] from,
    int[] sharedDonor,
    int[] sharedModel,
    int[] missing,
    int exact,
    int byBytes,
    int byPrefix,
    int empty) {
  /** A row that has to be made. */
  static final int MADE = -1;

  /** A row of zeros: no token has it, or the donor has a token without a row. */
  static final int ZERO = -2;

  static RowSources of(
      TokenTable model,
      int modelRows,
      TokenTable donor,
      int donorRows,
      boolean byteMatch,
      boolean prefixMatch) {
    int[] from = new int[Math.max(donorRows, donor.rows())];
    Arrays.fill(from, ZERO);
    List<int[]> shared = new ArrayList<>();
    List<Integer> missing = new ArrayList<>();
    int[] counts = new int[4];
    Set<Integer> used = new HashSet<>();
    for (TokenTable.Entry token : donor.tokens()) {
      used.add(token.id());
      Optional<Integer> exact = exact(token, model, modelRows);
      if (exact.isPresent()) {
        from[token.id()] = exact.get();
        counts[0]++;
        if (token.id() < donorRows) {
          shared.add(new int[] {token.id(), exact.get()});
        }
        continue;
      }
      Optional<Integer> byBytes =
          byteMatch
              ? token.form().asByte().flatMap(f -> row(model, f, modelRows))
              : Optional.empty();
      Optional<Integer> byPrefix =
          prefixMatch && byBytes.isEmpty() && token.role().isEmpty()
              ? token.form().prefixes().stream()
                  .flatMap(f -> row(model, f, modelRows).stream())
                  .findFirst()
              : Optional.empty();
      if (byBytes.isPresent()) {
        from[token.id()] = byBytes.get();
        counts[1]++;
      } else if (byPrefix.isPresent()) {
        from[token.id()] = byPrefix.get();
        counts[2]++;
      } else if (token.id() < donorRows) {
        from[token.id()] = MADE;
        missing.add(token.id());
      } else {
        counts[3]++;
      }
    }
    keepPadding(from, used, model, modelRows);
    return new RowSources(
        from,
        shared.stream().mapToInt(s -> s[0]).toArray(),
        shared.stream().mapToInt(s -> s[1]).toArray(),
        missing.stream().mapToInt(i -> i).toArray(),
        counts[0],
        counts[1],
        counts[2],
        counts[3]);
  }

  /** The model's token of the same role, else of the same form. */
  private static Optional<Integer> exact(TokenTable.Entry token, TokenTable model, int modelRows) {
    return token
        .role()
        .flatMap(role -> Optional.ofNullable(model.roles().get(role)))
        .filter(id -> id < modelRows)
        .or(() -> row(model, token.form(), modelRows));
  }

  private static Optional<Integer> row(TokenTable model, TokenForm form, int modelRows) {
    return Optional.ofNullable(model.ids().get(form)).filter(id -> id < modelRows);
  }

  /** Rows that no token has take, in order, those that no token of the model has. */
  private static void keepPadding(int[] from, Set<Integer> used, TokenTable model, int modelRows) {
    Set<Integer> taken = new HashSet<>();
    model.tokens().forEach(t -> taken.add(t.id()));
    int next = 0;
    for (int row = 0; row < from.length; row++) {
      if (used.contains(row)) {
        continue;
      }
      while (next < modelRows && taken.contains(next)) {
        next++;
      }
      if (next < modelRows) {
        from[row] = next++;
      }
    }
  }

  int rows() {
    return from.length;
  }
}
