package io.ingot.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BestFitTest {
  /** TRL 1.13, strategy bfd: six bins for these lengths, the longest cut to 10. */
  @Test
  void asManyBinsAsTrl() {
    assertThat(BestFit.bins(List.of(5, 3, 9, 10, 4, 4, 7, 1, 2, 10), 10)).isEqualTo(6);
  }

  @Test
  void anExactFitLeavesNoRoom() {
    assertThat(BestFit.bins(List.of(5, 5, 5), 10)).isEqualTo(2);
    assertThat(BestFit.bins(List.of(), 10)).isZero();
  }
}
