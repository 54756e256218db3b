from typing import TypedDict

class _Mesh(TypedDict):
    vertices: list[list[float]]
    faces: list[list[int]]

def pyquadriflow(
    faces: int,
    seed: int,
    mesh_vertices: list[list[float]],
    face_indexes: list[list[int]],
    flag_preserve_sharp: bool,
    flag_preserve_boundary: bool,
    flag_adaptive_scale: bool,
    flag_aggresive_sat: bool,
    flag_minimum_cost_flow: bool,
) -> _Mesh: ...
