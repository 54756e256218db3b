from collections.abc import Sequence
from typing import Final

class ValueTypeName: ...

class _ValueTypeNames:
    Asset: ValueTypeName
    Bool: ValueTypeName
    Color3f: ValueTypeName
    Color3fArray: ValueTypeName
    Float: ValueTypeName
    Float2: ValueTypeName
    Float3: ValueTypeName
    Float3Array: ValueTypeName
    Float4: ValueTypeName
    FloatArray: ValueTypeName
    Half3Array: ValueTypeName
    IntArray: ValueTypeName
    Matrix4d: ValueTypeName
    Matrix4dArray: ValueTypeName
    Normal3f: ValueTypeName
    Normal3fArray: ValueTypeName
    Point3fArray: ValueTypeName
    QuatfArray: ValueTypeName
    String: ValueTypeName
    TexCoord2fArray: ValueTypeName
    Token: ValueTypeName
    TokenArray: ValueTypeName

ValueTypeNames: Final[_ValueTypeNames]

class Variability: ...

VariabilityUniform: Final[Variability]

class Path:
    def AppendChild(self, name: str) -> Path: ...

class AssetPath:
    path: str
    def __init__(self, path: str) -> None: ...

class Layer:
    customLayerData: dict[str, object]
    @staticmethod
    def CreateAnonymous(tag: str) -> Layer: ...
    @staticmethod
    def FindOrOpen(path: str) -> Layer | None: ...
    def Export(self, path: str) -> bool: ...
    def GetCompositionAssetDependencies(self) -> Sequence[str]: ...
