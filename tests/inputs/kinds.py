"""All kinds of inputs, in the order of the document."""

from tests.inputs import (
    annotators,
    answers,
    classes,
    embeddings,
    exports,
    folders,
    ids,
    label_files,
    label_tables,
    learners,
    objects,
    pictures,
    pools,
    priors,
    series,
    sounds,
    stores,
    tables,
    texts,
)

ALL = [
    module.KIND
    for module in (
        pictures,
        folders,
        texts,
        tables,
        sounds,
        series,
        objects,
        embeddings,
        ids,
        classes,
        label_files,
        label_tables,
        answers,
        learners,
        priors,
        annotators,
        pools,
        stores,
        exports,
    )
]
