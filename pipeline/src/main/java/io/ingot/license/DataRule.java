package io.ingot.license;

/** What the licenses of training data mean for weights: mostly unsettled, never silent. */
final class DataRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    for (Ancestor data : chain.datasets()) {
      for (License license : data.terms()) {
        check(data, license, findings);
      }
    }
  }

  private static void check(Ancestor data, License license, Findings findings) {
    String decide = "decide in the review, or leave the data out";
    if (license.commercial() == License.Commercial.NO) {
      findings.warn(
          "data-license",
          data.subject(),
          license.name() + " forbids commercial use; whether that reaches the weights is unsettled",
          decide);
    }
    if (license.share() == License.Share.FULL) {
      findings.warn(
          "data-license",
          data.subject(),
          license.name()
              + " is share-alike; whether weights are an adaptation of data is unsettled",
          decide);
    }
    switch (license.outputs()) {
      case DERIVATIVE ->
          findings.warn(
              "model-outputs",
              data.subject(),
              "if it holds outputs of a model under "
                  + license.name()
                  + ", the result may count as a derivative of that model",
              decide);
      case NAMING ->
          findings.warn(
              "model-outputs",
              data.subject(),
              "if it holds outputs of a model under "
                  + license.name()
                  + ", the rule for the name reaches the result",
              "the name is checked as if it does");
      default -> {}
    }
  }
}
