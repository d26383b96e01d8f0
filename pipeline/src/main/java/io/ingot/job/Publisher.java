package io.ingot.job;

import io.ingot.job.schema.Named;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import org.jspecify.annotations.Nullable;

/** Who publishes; rules of licenses ask for it. */
@Doc("Who publishes; rules of licenses ask for it.")
public record Publisher(
    @Doc("Name of the person or company.") @Named(".*\\S.*") String name,
    @Doc("Whether it is a company or a person.") @Default("person") Kind kind,
    @Doc("Country of residence or seat, e.g. DE; some licenses exclude regions.")
        @Nullable String jurisdiction) {
  /** Natural and legal persons. */
  public enum Kind {
    COMPANY,
    PERSON
  }
}
