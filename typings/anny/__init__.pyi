from collections.abc import Mapping

import torch

class Anny:
    bone_labels: list[str]
    vertex_bone_indices: torch.Tensor
    vertex_bone_weights: torch.Tensor
    def __init__(self) -> None: ...
    def __call__(
        self,
        *,
        pose_parameters: torch.Tensor | None = ...,
        phenotype_kwargs: Mapping[str, float] | None = ...,
    ) -> Mapping[str, torch.Tensor]: ...
    def get_triangular_faces(self) -> torch.Tensor: ...
