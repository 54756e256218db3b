"""The nearest marked pixel of every pixel.

Letters: h w rows and columns.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int32


def nearest_marked(
    marked: Bool[np.ndarray, "h w"],
) -> tuple[Float32[np.ndarray, "h w"], Int32[np.ndarray, "h w"]]:
    """Return the distance to the nearest marked pixel, and that pixel's flat index.

    Distances are in pixels, Euclidean to 2 % (Borgefors, 1986). At least one pixel must be marked.
    """
    distance, labels = cv2.distanceTransformWithLabels(
        (~marked).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(labels, np.int32)
    places = np.flatnonzero(marked).astype(np.int32)
    index_of_label = np.zeros(int(labels.max()) + 1, np.int32)
    index_of_label[labels.ravel()[places]] = places
    return np.asarray(distance, np.float32), index_of_label[labels]


def inner_distance(marked: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return how deep every pixel lies inside the marked area: pixels to the nearest unmarked one.

    What lies outside the picture counts as unmarked; 0 for unmarked pixels.
    """
    framed = np.pad(marked, 1).astype(np.uint8)
    distance = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance, np.float32)[1:-1, 1:-1]
