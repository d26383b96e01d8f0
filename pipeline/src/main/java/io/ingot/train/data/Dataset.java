package io.ingot.train.data;

import io.ingot.train.TokenRow;
import java.util.List;

/**
 * A dataset as the trainer is fed, in order of the file.
 *
 * @param places file and line of each row
 * @param warnings what the doctor found, for the user
 */
public record Dataset(
    List<TokenRow> rows,
    List<String> places,
    DatasetStatistics statistics,
    List<String> warnings) {}
